"""Makes the models: recipes, networks, training data, the training itself. Only here is TensorFlow imported."""
