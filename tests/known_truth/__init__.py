"""Verdicts against a known truth: simulated lives judged by the engine, and as they really were."""
