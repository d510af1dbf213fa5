"""Charts as SVG text, drawn by the server: pure functions of integers.

Rules of this folder:
1. A chart is computed from integers with integer arithmetic. Every coordinate is a whole unit of
   the viewBox, rounded down (`scale.length`): a drawn length is never longer than the figure, and
   less than one unit shorter. The exact figures stand in the table beside the chart.
2. Every axis begins at zero, so lengths compare as the figures do.
3. A chart has a stated number of points at most and refuses more with ValueError: what is to be
   left out is the page's to say.
4. Text is a guest: it is escaped, made printable and cut here, whatever it says.
5. No colours here, only classes: the style sheet has light and dark. No two series differ by
   colour alone.
"""
