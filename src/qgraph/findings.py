"""What a check found: one finding, and the report that gathers them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

VIOLATION = "Violation"


@dataclass(frozen=True)
class Place:
    """Where a statement stands: the file as given, the line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One breach: which rule objects to which thing, and where it is written."""

    rule: str
    message: str
    severity: str = VIOLATION
    thing: str = ""
    path: str = ""
    value: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        about = " ".join(part for part in (self.thing, self.path, self.value) if part)
        return f"{where}{self.severity}: {self.message} [{self.rule}]" + (f"\n    {about}" if about else "")


@dataclass(frozen=True)
class Report:
    """All findings of one validation."""

    findings: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def conforms(self) -> bool:
        """True if no finding is a violation (SHACL, section 3.4, by severity)."""
        return all(finding.severity != VIOLATION for finding in self.findings)

    def summary(self) -> dict[str, int]:
        """Return how many findings there are of each severity."""
        severities = sorted({finding.severity for finding in self.findings})
        return {one: sum(f.severity == one for f in self.findings) for one in severities}

    def as_json(self) -> dict[str, object]:
        """Return the report as values that a program can read."""
        return {"conforms": self.conforms, "findings": [asdict(one) for one in self.findings]}
