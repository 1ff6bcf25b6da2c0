from beaver import BeaverDB, Document

# This creates a single file "my_data.db" if it doesn't exist
# and sets it up for safe, concurrent access.
db = BeaverDB("my_data.db")

# This is perfect for storing app configuration or user settings.
config = db.dict("app_config")

# Assigning a value saves it instantly to the database file.
config["theme"] = "dark"
config["user_id"] = 123

# You can read the value back just as easily:
print(f"App theme is: {config['theme']}")

# This is great for a to-do list, a job queue, or a chat history.
tasks = db.list("daily_tasks")

# Use .push() to append items
tasks.push({"id": "task-001", "desc": "Write project report"})
tasks.push({"id": "task-002", "desc": "Deploy new feature"})

# You can access items by index, just like a normal list:
print(f"First task is: {tasks[0]['desc']}")

# This is the most powerful feature, combining data and search.
articles = db.collection("articles")

# Create a Document to store.
# We give it a unique ID and some text content in the 'body'.
doc = Document(
    id="sqlite-001",
    body="SQLite is a powerful embedded database ideal for local apps."
)

# This not only saves the document but also automatically
# makes its text content searchable via a Full-Text Search (FTS) index
# with optional fuzzy matching.
articles.index(doc, fts=True, fuzzy=True)

# This isn't a simple string find; it's a real search engine!
# Note the typo in "datbase"
results = articles.match(query="datbase", fuzziness=1)

# The result is a list of tuples: (document, score)
top_doc, rank = results[0]
print(f"Search found: '{top_doc.body}' (Score: {rank:.2f})")
