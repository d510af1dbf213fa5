"""The explorer in a real browser: `make browser`.

Rules of this folder:
1. Files are named browse_*.py, so that `make test` collects none: they need Chromium and the wheels
   of requirements/browser.txt.
2. What is awaited is a condition with a deadline (Playwright waits by itself); nothing sleeps.
3. Every page that a browser is given here is watched: a message of the console, an error, or a
   request to anything but the explorer fails the test, unless it says why it expects one.
"""
