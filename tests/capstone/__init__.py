"""Tests of the capstone: one file for each of its parts."""
