from beaver import BeaverDB

db = BeaverDB("demo.db")

# Get a handle to a namespaced dictionary
config = db.dict("app_config")

# --- 1. Setting Values ---
config["theme"] = "dark"
config["retries"] = 3

# You can also use the .set() method
config.set("user_ids", [101, 205, 301])

print(f"Configuration dictionary has {len(config)} items.")

# --- 2. Retrieving Values ---
# Use standard dict access
theme = config["theme"]
print(f"Retrieved theme: {theme}")

# Or use .get() with a default value
non_existent = config.get("non_existent_key", "default_value")
print(f"Result for non_existent_key: {non_existent}")

# --- 3. Iterating Over the Dictionary ---
print("\nIterating over config items:")
for key, value in config.items():
    print(f" - {key}: {value}")

# --- 4. Deleting an Item ---
del config["retries"]
print(f"\nAfter deleting 'retries', config has {len(config)} items.")

db.close()
