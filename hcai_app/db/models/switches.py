"""What an admin has switched for everybody: the banner, and models that are off."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hcai_app import clock


class SwitchRow(SQLModel, table=True):
    """One switch; without a row it is as the settings have it."""

    __tablename__ = "switches"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)  # `banner`, or `model:` and its id
    text: str  # what everybody reads: the banner, or why a model is off
    created_at: datetime = Field(default_factory=clock.now)
