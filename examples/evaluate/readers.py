"""Rows of a dump as Python's own csv and json count them: prints one number.

usage: readers.py FILE table DELIMITER QUOTES HEADER_LINES | FILE json SOURCE
"""
import csv, gzip, json, sys

path, shape = sys.argv[1:3]
csv.field_size_limit(1 << 30)
data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
text = None
for encoding in ("utf-8-sig", "cp1252"):
    try:
        text = data.decode(encoding)
        break
    except UnicodeDecodeError:
        pass


def documents(text):
    try:
        value = json.loads(text)
        return value if isinstance(value, list) else [value]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def reddit(value):
    """Posts and comments of listings, with the replies in them; "more" stubs are none."""
    if isinstance(value, list):
        return sum(map(reddit, value))
    if not isinstance(value, dict):
        return 0
    if value.get("kind") == "Listing":
        return reddit(value["data"]["children"])
    if "json" in value:
        return reddit(value["json"]["data"]["things"])
    if value.get("kind") == "more":
        return 0
    return 1 + reddit(value.get("data", {}).get("replies"))


def rows(source, documents):
    data = [d.get("data", d) if isinstance(d, dict) and "backend_name" in d else d for d in documents]
    if source == "reddit_json":
        return reddit(documents)
    if source == "discourse_json":
        return sum(len(d["post_stream"]["posts"]) for d in data)
    if source == "kitsune_json":
        return sum(1 + len(d.get("answers_data", [])) for d in data)
    if source == "youtube_json":
        items = [item for d in data for item in d["items"]]
        return sum(1 + len(item.get("replies", {}).get("comments", [])) for item in items)
    return len(data)


if shape == "json":
    print(rows(sys.argv[3], documents(text)))
else:
    delimiter, quotes, above = sys.argv[3:6]
    if delimiter == "tab":
        delimiter = "\t"
    quoting = csv.QUOTE_NONE if quotes == "none" else csv.QUOTE_MINIMAL
    import io
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    print(sum(1 for row in reader if row) - int(above))
