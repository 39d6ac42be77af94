"""The repairs that no exercise of the course asks for, one file for each kind.

The other patients are repaired with an exercise of lessons 01 to 07.
"""
