from coterie.faces.dashboard.app import run

run(login_inside=True)
