"""Who somebody is and what they may do: roles, permissions, tokens, passwords.

>>> from shared.access.reader import Reader, RoleGrant, may
>>> from shared.access.roles import Role
>>> trainer = Reader("a", "s", "Ana", (RoleGrant(Role.trainer, "RS-2011"),))
>>> may(trainer, "trainings.certificates.issue", "RS-2011")
True
"""
