"""The Explore tab: look inside the network, see the test images as a map, train one, teach it a hand, and a quiz. Enter at tab.py."""
