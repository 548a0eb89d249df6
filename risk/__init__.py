"""What answers mean: features, the assessment with its reasons, and who is told when.

The one convention: a level never comes without reasons, and nothing about a person but their answers, their silence,
their tenure and their manager's view is ever an input (``risk/rules.yaml`` lists what is forbidden).
"""
