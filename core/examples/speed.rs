use beaver_core::*;
use std::time::Instant;
fn main() {
    let dir = tempfile::tempdir().unwrap();
    let n = 100_000u32;
    let val = Json::parse(&format!("\"{}\"", "x".repeat(100))).unwrap();
    for round in 0..3 {
        let raw = rusqlite::Connection::open(dir.path().join(format!("raw{round}"))).unwrap();
        raw.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE beaver_dicts (dict_name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL, PRIMARY KEY (dict_name, key))").unwrap();
        let t = Instant::now();
        {
            let mut st = raw.prepare("INSERT OR REPLACE INTO beaver_dicts VALUES (?1,?2,?3,?4)").unwrap();
            for i in 0..n { st.execute(rusqlite::params!["d", format!("key{i}"), val.as_str(), None::<f64>]).unwrap(); }
        }
        let raw_set = t.elapsed();
        let t = Instant::now();
        {
            let mut st = raw.prepare("INSERT OR REPLACE INTO beaver_dicts VALUES (?1,?2,?3,?4)").unwrap();
            for i in 0..n { st.execute(rusqlite::params!["d", format!("key{i}"), val.as_str(), None::<f64>]).unwrap(); }
        }
        let raw_over = t.elapsed();
        let t = Instant::now();
        {
            let mut st = raw.prepare("SELECT value, expires_at FROM beaver_dicts WHERE dict_name = ?1 AND key = ?2").unwrap();
            for i in 0..n { let _s: String = st.query_row(rusqlite::params!["d", format!("key{i}")], |r| r.get(0)).unwrap(); }
        }
        let raw_get = t.elapsed();
        let db = Beaver::open(dir.path().join(format!("b{round}")), Options::default()).unwrap();
        let d = db.dict("d").unwrap();
        let t = Instant::now();
        for i in 0..n { d.set(&format!("key{i}"), val.clone()).unwrap(); }
        let set = t.elapsed();
        let t = Instant::now();
        for i in 0..n { d.set(&format!("key{i}"), val.clone()).unwrap(); }
        let over = t.elapsed();
        let t = Instant::now();
        for i in 0..n { d.get(&format!("key{i}")).unwrap(); }
        let get = t.elapsed();
        let t = Instant::now();
        std::thread::scope(|s| for th in 0..16 { let d = &d; let val=&val; s.spawn(move || for i in 0..n/16 { d.set(&format!("t{th}key{i}"), val.clone()).unwrap(); }); });
        let many = t.elapsed();
        let p = |d: std::time::Duration| d.as_nanos() as f64 / f64::from(n) / 1000.0;
        println!("raw set {:.2} over {:.2} get {:.2} | set {:.2} over {:.2} get {:.2} | 16 threads {:.2} us/op = {:.2}x", p(raw_set), p(raw_over), p(raw_get), p(set), p(over), p(get), p(many), p(set)/p(many));
    }
}
