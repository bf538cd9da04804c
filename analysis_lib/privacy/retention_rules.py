"""The rules of gallring as a workspace has them, each checked and named in words (floor 9)."""

from __future__ import annotations

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.register.entry import kind_model, load_kinds
from analysis_lib.vocabulary.params_reading import read_models
from analysis_lib.vocabulary.retention import Rule
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["ENTRIES", "TITLES", "Rule", "load_rules", "title_of"]

ENTRIES = "register_entries"
TITLES: dict[str, str] = {
    "source_files": "Inlästa källfiler med elevuppgifter",
    "refused_rows": "Arbetsböcker med nekade rader",
    "pupil_rows": "Elevrader",
    "replaced_rows": "Elevrader som ersatts av en senare inläsning",
    "key_versions": "Ersatta nyckelversioner",
    "work_files": "Arbetsfiler och mellanlager",
    "failed_notebooks": "Misslyckade körningar",
    "access_log": "Åtkomstlogg",
    "statements": "Utgivna uppgifter",
    ENTRIES: "Registret",
}


def title_of(rule: Rule) -> str:
    """What a rule is about, in words."""
    if rule.kind != ENTRIES:
        return TITLES[rule.kind]
    versions = ", ersatta versioner" if rule.after == "replaced" else ""
    return f"{TITLES[rule.kind]}, {kind_model(rule.entries).title.lower()}{versions}"


def load_rules(workspace: Workspace) -> list[Rule]:
    """The rules of the workspace, else the built-in ones, each kind once.

    Raises ``SeveralErrors`` with file and line when the file is wrong.
    """
    path = workspace.layered("params", "retention.yaml")[0]
    rules = read_models(path, "rules", Rule, workspace)
    for rule in rules:
        _check_entries(rule, workspace.shown(path))
    kinds = [_identity(rule) for rule in rules]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), "")
    if twice:
        raise SkolbankError(
            "retention-repeated",
            f"Regeln {twice} står två gånger",
            where=workspace.shown(path),
            remedy="Ta bort den ena.",
        )
    return rules


def _identity(rule: Rule) -> str:
    """A kind of entries may have two rules: one for whole entries, one for versions that were replaced."""
    replaced = "replaced" if rule.after == "replaced" else ""
    return " ".join(filter(None, (rule.kind, rule.entries, replaced)))


def _check_entries(rule: Rule, where: str) -> None:
    known = [name for name, model in load_kinds().items() if model.by_hand]
    is_register = rule.kind == ENTRIES
    if (rule.entries in known) if is_register else not rule.entries:
        return
    if is_register:
        what = f"Registret har inga poster av slaget ”{rule.entries[:40]}”"
        remedy = did_you_mean(rule.entries, known) or f"Skriv entries: och ett av {', '.join(known)}."
    else:
        what = f"Regeln {rule.kind} gäller inte registret och kan inte ha entries"
        remedy = "Ta bort entries, eller skriv kind: register_entries."
    raise SkolbankError("retention-entries", what, where=where, remedy=remedy)
