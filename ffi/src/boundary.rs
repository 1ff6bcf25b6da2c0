//! Proof, when this is compiled, that every type in the signature of an exported function has the layout that
//! C sees.

use std::ffi::{c_char, c_void};

use safer_ffi::layout::ReprC;
use safer_ffi::prelude::*;

use crate::batch::{OutBatch, beaver_batch};
use crate::blob::{OutBlobs, beaver_blobs};
use crate::buf::{OutBuf, beaver_buf};
use crate::callback::{
    beaver_destroy_fn, beaver_log_fn, beaver_progress_fn, beaver_read_fn, beaver_ready_fn, beaver_write_fn,
};
use crate::cancel::{OutCancel, beaver_cancel};
use crate::channel::{OutChannel, beaver_channel};
use crate::collection::{OutCollection, beaver_collection};
use crate::database::{OutDb, beaver_db};
use crate::dict::{OutDict, beaver_dict};
use crate::error::{OutError, beaver_error};
use crate::give::{OutBool, OutI64, OutSize, OutU64};
use crate::input::StrIn;
use crate::iter::{OutIter, beaver_iter};
use crate::list::{OutList, beaver_list};
use crate::live_view::{OutLiveView, beaver_live_view};
use crate::lock::{OutLock, beaver_lock};
use crate::log::{OutLog, beaver_log};
use crate::queue::{OutQueue, beaver_queue};
use crate::status::beaver_status;
use crate::stream::{OutReader, OutWriter, beaver_blob_reader, beaver_blob_writer};
use crate::subscription::{OutFd, OutSubscription, beaver_subscription};

const fn has_layout_of_c<T: ReprC>() {}

macro_rules! objects {
    ($($object:ty, $out:ty;)*) => {
        $(
            has_layout_of_c::<Option<&'static $object>>();
            has_layout_of_c::<Option<&'static mut $object>>();
            has_layout_of_c::<Option<repr_c::Box<$object>>>();
            has_layout_of_c::<$out>();
        )*
    };
}

const _: () = {
    objects! {
        beaver_batch, OutBatch<'static>;
        beaver_blob_reader, OutReader<'static>;
        beaver_blob_writer, OutWriter<'static>;
        beaver_blobs, OutBlobs<'static>;
        beaver_cancel, OutCancel<'static>;
        beaver_channel, OutChannel<'static>;
        beaver_collection, OutCollection<'static>;
        beaver_db, OutDb<'static>;
        beaver_dict, OutDict<'static>;
        beaver_error, OutError<'static>;
        beaver_iter, OutIter<'static>;
        beaver_list, OutList<'static>;
        beaver_live_view, OutLiveView<'static>;
        beaver_lock, OutLock<'static>;
        beaver_log, OutLog<'static>;
        beaver_queue, OutQueue<'static>;
        beaver_subscription, OutSubscription<'static>;
    }
    has_layout_of_c::<beaver_buf>();
    has_layout_of_c::<OutBuf<'static>>();
    has_layout_of_c::<OutBool<'static>>();
    has_layout_of_c::<OutFd<'static>>();
    has_layout_of_c::<OutI64<'static>>();
    has_layout_of_c::<OutSize<'static>>();
    has_layout_of_c::<OutU64<'static>>();
    has_layout_of_c::<StrIn<'static>>();
    has_layout_of_c::<beaver_status>();
    has_layout_of_c::<*const c_char>();
    has_layout_of_c::<*const *const c_char>();
    has_layout_of_c::<*const f32>();
    has_layout_of_c::<*const u8>();
    has_layout_of_c::<*mut u8>();
    has_layout_of_c::<*mut c_void>();
    has_layout_of_c::<beaver_destroy_fn>();
    has_layout_of_c::<beaver_log_fn>();
    has_layout_of_c::<beaver_progress_fn>();
    has_layout_of_c::<beaver_read_fn>();
    has_layout_of_c::<beaver_ready_fn>();
    has_layout_of_c::<beaver_write_fn>();
};
