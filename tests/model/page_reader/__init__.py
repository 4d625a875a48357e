"""Tests of model/page_reader/."""
