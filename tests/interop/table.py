"""What is printed: a table of checks and clients, and the reasons of those that failed."""


def show(title, rows, columns, results):
    """A table of `results[row, column]`; a check that a client cannot be put to is a dash."""
    names = [row if isinstance(row, str) else " ".join(row) for row in rows]
    left = max(map(len, names), default=0)
    widths = [max(len(column), 10) for column in columns]
    print(f"\n{title}\n")
    print(" " * left, *(f"{column:>{width}}" for column, width in zip(columns, widths)), sep="  ")
    for row, name in zip(rows, names):
        cells = [cell(results.get((row, column))) for column in columns]
        print(f"{name:<{left}}", *(f"{c:>{w}}" for c, w in zip(cells, widths)), sep="  ")
    return failures(rows, columns, results)


def cell(result):
    """One entry of the table, with the seconds that a check took."""
    if result is None:
        return "-"
    return "FAIL" if result.reason else f"pass {result.seconds:4.1f}"


def failures(rows, columns, results):
    """One line for every check that failed."""
    lines = []
    for row in rows:
        for column in columns:
            result = results.get((row, column))
            if result is not None and result.reason:
                name = row if isinstance(row, str) else " ".join(row)
                where = f"transcripts: {result.transcripts}"
                lines.append(f"FAIL  {column}: {name}\n      {result.reason}\n      {where}")
    return lines
