"""Pages for those who lead and teach: who may see what, the server and its nine pages (floor 8).

Everything shown is released; a page that only is read needs no kernel.
"""
