"""Value added (förädlingsvärde), four ways side by side (floor 3).

No way is right alone: each answers a question of its own and says what it does not answer.
"""
