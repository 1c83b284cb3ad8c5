"""Writer models: what the tools print for a record, in pure Python. The real tools are their judges
(test_*_model.py).
"""
