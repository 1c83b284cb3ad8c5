"""Dumps of other tools, and dumps that took a detour: read right, or refused; never something else with exit status 0.

What each tool prints is written down from its source or its documentation, or from its published output.
"""
