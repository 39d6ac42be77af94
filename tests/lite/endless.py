"""Functions that never end, each in a way of its own."""

import time

NEVER_ENDS = {
    "a loop": "while True: pass",
    "a loop that catches everything": """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    "a loop that goes on in the end": """
while True:
    try: pass
    finally: continue
""",
    "calls": """
def f(): return [f() if len(str(n)) < 0 else n for n in range(9)]
while True: f()
""",
    "a generator": """
def g():
    while True: yield 1
for _ in g(): pass
""",
    "recursion that catches its limit": """
def f():
    try: f()
    except RecursionError: f()
f()
""",
}


def learners(source):
    """A function as a learner writes it in a notebook."""
    code = compile(source, "<a cell>", "exec")
    return lambda: exec(code, {"time": time})
