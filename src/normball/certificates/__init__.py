"""What is asked (Column, Family), what a strategy offers (Candidates), what a pass finds (Evidence), what it proves."""

from .certificate import Certificate
from .problem import Candidates, Column, Evidence, Family, Shape

__all__ = ["Candidates", "Certificate", "Column", "Evidence", "Family", "Shape"]
