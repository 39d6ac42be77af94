"""From wrong answers to a finding, and from a finding to a sentence."""
