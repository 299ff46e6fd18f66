"""Customer lifetime value: summary, models, forecast, back-test."""
