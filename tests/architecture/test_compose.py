"""docker-compose.yml and what it mounts agree with the code, since no engine runs here.

Whether the same commands work as plain processes is tested with the services themselves.
"""

from __future__ import annotations

import ast
import json
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import DOCUMENTED, SERVICES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in CONTAINERS.items() if "zanat" in one["image"]}
# Known to gunicorn and to prometheus_client, not settings of ours.
FOREIGN = {"PROMETHEUS_MULTIPROC_DIR", "FORWARDED_ALLOW_IPS"}
# Read by compose alone, to say where the outside is.
OF_COMPOSE = {
    "ZANAT_VERSION",
    "ZANAT_HTTP_PORT",
    "ZANAT_HTTPS_PORT",
    "ZANAT_SECRETS",
    "ZANAT_INSIDE_NETWORK",
}
METRIC = re.compile(r"\bzanat_[a-z_]+")


def defines(module: str, name: str) -> bool:
    """A module of the checkout binds a name at its top, read without running it."""
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.exists():
        return False
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return name in names


def test_every_service_has_a_web_and_a_worker_and_nothing_else_is_ours() -> None:
    expected = {f"{name}-{kind}" for name in SERVICES for kind in ("web", "worker")}
    assert set(OURS) == expected | {"migrate"}


@pytest.mark.parametrize("service", SERVICES)
def test_commands_name_modules_that_exist(service: str) -> None:
    web = OURS[f"{service}-web"]["command"]
    assert web == ["gunicorn", "-c", "deploy/gunicorn.py", f"services.{service}.wsgi:app"]
    assert defines(f"services.{service}.wsgi", "app")
    worker = OURS[f"{service}-worker"]["command"]
    assert worker == ["python", "-m", f"services.{service}.worker"]
    text = (ROOT / "services" / service / "worker.py").read_text(encoding="utf-8")
    assert '__name__ == "__main__"' in text


def test_migrate_is_a_command_and_runs_before_all_others() -> None:
    assert OURS["migrate"]["command"] == ["python", "-m", "services", "migrate"]
    assert (ROOT / "services" / "__main__.py").exists()
    assert OURS["migrate"]["restart"] == "no"
    for name, one in OURS.items():
        if name != "migrate":
            assert one["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", OURS)
def test_variables_are_settings(name: str) -> None:
    entry = (ROOT / "deploy" / "entrypoint").read_text()
    for variable in OURS[name]["environment"]:
        if variable in FOREIGN or variable in DOCUMENTED:
            continue
        # What the entrypoint reads from a file.
        plain = variable.removesuffix("_FILE")
        assert plain in DOCUMENTED and plain != variable, variable
        assert plain in entry, variable


def test_what_compose_asks_for_is_a_setting_or_of_compose() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked <= set(DOCUMENTED) | OF_COMPOSE


def test_only_migrate_holds_the_database_owners_address() -> None:
    for name, one in CONTAINERS.items():
        assert ("database_owner_url" in one.get("secrets", ())) == (name == "migrate")
        assert "@" not in one.get("environment", {}).get("ZANAT_DATABASE_URL", "")


def test_secrets_are_made_by_make_secrets_and_are_used(tmp_path: Path) -> None:
    subprocess.run([ROOT / "deploy" / "make-secrets", tmp_path / "s"], check=True, cwd=tmp_path)
    made = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}
    declared = set(COMPOSE["secrets"])
    used = {secret for one in CONTAINERS.values() for secret in one.get("secrets", ())}
    assert declared == used <= set(made)
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0
    subprocess.run([ROOT / "deploy" / "make-secrets", tmp_path / "s"], check=True, cwd=tmp_path)
    again = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}
    assert again == made
    user = json.loads(made["rabbitmq_definitions"])["users"][0]
    assert f":{user['password']}@rabbitmq:" in made["broker_url"].decode()
    assert made["database_password"].decode() in made["database_owner_url"].decode()


def test_no_secret_is_written_into_the_file() -> None:
    for name, one in CONTAINERS.items():
        for variable, value in one.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|TOKEN", variable):
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"


@pytest.mark.parametrize("name", CONTAINERS)
def test_container_is_confined(name: str) -> None:
    one = CONTAINERS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in one["security_opt"]
    assert one["user"] not in ("root", "0", "0:0")
    assert one["mem_limit"]
    assert "healthcheck" in one or name == "migrate"


def test_only_the_proxy_is_reached_from_outside() -> None:
    for name, one in CONTAINERS.items():
        for port in one.get("ports", ()):
            assert name == "proxy" or str(port).startswith("127.0.0.1:"), name
    inside = COMPOSE["networks"]["inside"]
    assert inside["internal"] is True
    for service in SERVICES:
        believed = OURS[f"{service}-web"]["environment"]["ZANAT_TRUSTED_PROXIES"]
        assert inside["ipam"]["config"] == [{"subnet": believed}]


def test_health_checks_ask_for_paths_and_the_port_that_services_have() -> None:
    metrics = (ROOT / "shared" / "metrics.py").read_text()
    for name, one in OURS.items():
        if name == "migrate":
            continue
        bind = one["environment"]["ZANAT_BIND"]
        path = "/readyz" if name.endswith("-web") else "/healthz"
        port = bind.rpartition(":")[2]
        assert f"http://127.0.0.1:{port}{path}" in one["healthcheck"]["test"][-1]
        assert f'"{path}"' in metrics


def test_everything_mounted_exists_and_every_volume_is_declared() -> None:
    for one in CONTAINERS.values():
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), source
            else:
                assert source in COMPOSE["volumes"]
        assert set(one["networks"]) <= set(COMPOSE["networks"])
        assert set(one.get("depends_on", ())) <= set(CONTAINERS)


def test_proxy_leads_to_every_service_and_hides_what_is_for_operators() -> None:
    text = (ROOT / "deploy" / "proxy" / "Caddyfile").read_text()
    routes = dict(re.findall(r"handle /([a-z]+)/\* \{\s+reverse_proxy ([a-z-]+:\d+)", text))
    assert routes == {name: f"{name}-web:8000" for name in SERVICES}
    assert "/metrics /healthz /readyz" in text


def test_prometheus_asks_every_process() -> None:
    parsed = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    jobs = {job["job_name"]: job["static_configs"] for job in parsed["scrape_configs"]}
    targets = {target for group in jobs["zanat"] for target in group["targets"]}
    assert targets == {f"{name}:8000" for name in OURS if name != "migrate"}
    for group in jobs["zanat"]:
        labels = group["labels"]
        assert group["targets"] == [f"{labels['service']}-{labels['process']}:8000"]


@pytest.mark.parametrize("name", ["prometheus/rules.yml", "grafana/zanat.json"])
def test_rules_and_dashboard_name_metrics_that_exist(name: str) -> None:
    code = (ROOT / "shared" / "metrics.py").read_text()
    text = (ROOT / "deploy" / name).read_text()
    known = set(re.findall(r'"(zanat_[a-z_]+)"', code))
    for metric in METRIC.findall(text):
        assert metric.removesuffix("_bucket") in known, metric
    rules = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()
    for record in re.findall(r"zanat:[a-z0-9_]+:[a-z0-9]+", text):
        assert f"record: {record}" in rules


def test_image_has_what_the_commands_need_and_no_more() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--)(\S+)", text, flags=re.MULTILINE)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in kept, source
    assert "--require-hashes --no-deps" in text and "requirements/run.txt" in copied
    assert re.search(r"^USER 10001:10001$", text, flags=re.MULTILINE)
    assert OURS["migrate"]["user"] == "10001:10001"


def test_entrypoint_reads_settings_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("amqp://a:b%40c@rabbitmq:5672//\n")
    done = subprocess.run(
        [ROOT / "deploy" / "entrypoint", "env"],
        env={"PATH": "/usr/bin:/bin", "ZANAT_BROKER_URL_FILE": str(secret)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ZANAT_BROKER_URL=amqp://a:b%40c@rabbitmq:5672//" in done.stdout.splitlines()
    assert "_FILE" not in done.stdout


def test_gunicorn_wipes_the_metrics_of_an_earlier_run_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("counter_12.db", "gauge_mostrecent_7.db", "precious.txt"):
        (tmp_path / name).touch()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setenv("ZANAT_BIND", "127.0.0.1:9999")
    settings = runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))
    settings["on_starting"](None)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]
    assert settings["bind"] == "127.0.0.1:9999"
    assert settings["control_socket_disable"] is True
    assert not set("rqUf") & set(re.findall(r"%\((\w)\)", settings["access_log_format"]))
