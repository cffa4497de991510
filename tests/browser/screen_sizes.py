"""The screens that the console must fit, in CSS pixels."""

WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
