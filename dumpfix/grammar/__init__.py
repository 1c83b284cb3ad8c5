"""From a ``.lark`` file to layouts: what one tool's dumps look like, as data."""
