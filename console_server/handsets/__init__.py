"""Handsets: enrolment, revocation, and what the broker lets each of them do."""
