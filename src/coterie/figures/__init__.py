"""Results -> Chart -> picture: what is drawn is computed once, Plotly and Matplotlib only paint."""
