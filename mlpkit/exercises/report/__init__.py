"""What a class has done, read from its notebooks and workbooks."""
