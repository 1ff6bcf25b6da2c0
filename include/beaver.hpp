/// beaver for C++17 and later: a header-only layer over beaver.h, to be linked with the same library.
///
///     beaver::Database db("app.db");
///     beaver::Dict config = db.dict("config");
///     config.set("theme", R"("dark")");
///     if (auto theme = config.get("theme")) std::cout << *theme << '\n';
///
/// Conventions
///   Values are JSON text, as in beaver.h: std::string_view in, std::string out; json_string() and plain_string() turn
///   text into a JSON string and back. Or they are of a type that json_traits knows: `db.dict<User>("users")`.
///   <beaver/nlohmann.hpp> makes it know all that nlohmann/json does; what it knows goes wherever JSON goes.
///   What is absent, or did not come in time, is an empty std::optional or false. Whatever fails throws a beaver::Error;
///   attempt() gives it as a value instead.
///   Vectors are floats, never JSON. Options are a JSON object; empty text is the defaults.
///   Objects own their handle, are moved and not copied, and free it when they end, in any order. One that was moved
///   from gives InvalidArgument. handle() lends it to functions of beaver.h.
///   Any number of threads may use a Database or a structure at once; a range, stream or batch is used by one at a time;
///   so are a Subscription, Events and live views, which any thread may close.
///   A Listener has a thread of its own; link with -pthread where std::thread needs it.
///   Functions that a call is given may throw: the call is stopped, and their exception comes out of it.
#ifndef BEAVER_HPP
#define BEAVER_HPP

#include "beaver/batch.hpp"
#include "beaver/blob.hpp"
#include "beaver/cancel.hpp"
#include "beaver/channel.hpp"
#include "beaver/collection.hpp"
#include "beaver/database.hpp"
#include "beaver/dict.hpp"
#include "beaver/error.hpp"
#include "beaver/expected.hpp"
#include "beaver/graph.hpp"
#include "beaver/json.hpp"
#include "beaver/list.hpp"
#include "beaver/listener.hpp"
#include "beaver/live.hpp"
#include "beaver/lock.hpp"
#include "beaver/log.hpp"
#include "beaver/log_entry.hpp"
#include "beaver/queue.hpp"
#include "beaver/range.hpp"
#include "beaver/search.hpp"
#include "beaver/structure.hpp"
#include "beaver/subscription.hpp"
#include "beaver/text.hpp"
#include "beaver/time.hpp"
#include "beaver/vector.hpp"

#endif
