"""The command line, the doctor, and the folder of lessons."""
