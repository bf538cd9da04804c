"""What people wrote, drawn as blocks for the readers of a document (floor 7).

``told`` says what these readers may see of the register; each other module draws some of its views.
"""
