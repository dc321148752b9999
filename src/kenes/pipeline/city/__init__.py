"""From the files of one city to its spatial indicators, its folder and its page.

The libraries of maps and shapes are an extra; whoever imports a module of this package without them
is told the line that installs them.
"""

from kenes.pipeline.extras import require_extra

require_extra("space")
