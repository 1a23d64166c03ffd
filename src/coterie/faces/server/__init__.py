"""One server: the gate, the pages of login and account, and the faces mounted behind them."""
