"""What every service's pages and JSON have in common: the app, access, errors, layout.

app = create_app("grants", settings=settings, verifier=verifier, revoked=is_revoked, ...)
api = create_api(app, "grants", title="Grants")
api.register_blueprint(applications)
assert_all_declared(app)
"""
