//! The size of SBCL's heap: what `sbcl.dynamic-space-size` says, a part of the memory too.

use super::limits::Limits;
use super::quantity::{self, Bytes, MEGABYTE};
use super::service::Service;
use crate::host::Host;
use crate::problem::{Location, Problem};
use crate::project::field::{Field, Fields};
use crate::word::Word;

/// How much of the memory that a service may use its heap can be, in percent: SBCL needs the rest
/// for its core, its stacks, foreign libraries and the copies that its collector makes.
const MOST_OF_LIMIT: u64 = 90;

/// The option of sbcl that sets it.
pub const OPTION: &str = "--dynamic-space-size";

/// The size of a heap.
pub(super) struct HeapSize {
    /// As sbcl's command line takes it.
    pub(super) word: Word,
    /// Where the file asks for a part of the memory of the machine.
    pub(super) of_machine: Option<Location>,
}

/// Reads it; nothing where SBCL decides.
pub(super) fn read(sbcl: &Fields<'_>, limits: &Limits, host: &Host) -> Option<HeapSize> {
    let field = sbcl.get("dynamic-space-size")?;
    let text = field.value()?.text();
    let Some(percent) = text.strip_suffix('%') else {
        let (word, bytes) = size(&field)?;
        warn_of_limit(&field, bytes, limits);
        return Some(HeapSize {
            word,
            of_machine: None,
        });
    };
    let percent = field.parse(|_| self::percent(percent))?;
    let Some(memory) = limits
        .memory
        .map(|memory| memory.0)
        .or_else(|| host.memory())
    else {
        field.report(
            Problem::error("how much memory this machine has is not known, and with it the heap")
                .help("set `limits.memory`, or name a size: `1GB`"),
        );
        return None;
    };
    let part = memory / 100 * percent + memory % 100 * percent / 100;
    let bytes = Bytes(part / MEGABYTE * MEGABYTE);
    if bytes.0 == 0 {
        field.report(
            Problem::error(format!("{text} of the memory is less than a megabyte"))
                .help("SBCL does not start with less than some tens of megabytes"),
        );
        return None;
    }
    warn_of_limit(&field, bytes, limits);
    Some(HeapSize {
        word: format!("{}MB", bytes.0 / MEGABYTE).into(),
        of_machine: limits.memory.is_none().then(|| field.location()),
    })
}

/// The size as written where sbcl takes it so, which keeps its variables.
pub(super) fn size(field: &Field<'_>) -> Option<(Word, Bytes)> {
    field.parse_word(|word| {
        let (text, bytes) = quantity::sbcl_size(&word.resolved())?;
        let same = text == word.resolved();
        Ok((if same { word.clone() } else { text.into() }, bytes))
    })
}

fn percent(digits: &str) -> Result<u64, String> {
    let number = digits
        .parse()
        .ok()
        .filter(|number| (1..=100).contains(number));
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    number.filter(|_| plain).ok_or_else(|| {
        "a part of the memory from `1%` to `100%`, or a size such as `2GB`".to_owned()
    })
}

fn warn_of_limit(field: &Field<'_>, heap: Bytes, limits: &Limits) {
    let Some(memory) = limits.memory else { return };
    if u128::from(heap.0) * 100 > u128::from(memory.0) * u128::from(MOST_OF_LIMIT) {
        field.report(
            Problem::warning(format!(
                "the heap of {heap} leaves SBCL too little of `limits.memory`, which is {memory}"
            ))
            .label("the system ends the process before its heap is full")
            .help(format!(
                "SBCL needs memory besides the heap: take `75%`, {MOST_OF_LIMIT}% at most"
            )),
        );
    }
}

/// The memory that a service may use: what its limit says, or else its heap and a third of that;
/// nothing where SBCL decides how large the heap is.
pub fn memory(service: &Service) -> Option<Bytes> {
    let options = service.sbcl.runtime_options.iter();
    let mut sizes = options.filter_map(|option| match option.as_slice() {
        [name, size] if name.resolved() == OPTION => Some(size.resolved()),
        _ => None,
    });
    let of_heap = || {
        let (_, heap) = quantity::sbcl_size(&sizes.next()?).ok()?;
        let third = heap.0.div_ceil(3).next_multiple_of(MEGABYTE);
        Some(Bytes(heap.0.checked_add(third)?))
    };
    service.limits.memory.or_else(of_heap)
}

/// Refuses what only the machine that starts a service can know, for a file that is written now.
///
/// # Errors
/// Where its heap is a part of the machine's memory.
pub fn check_known(service: &Service) -> Result<(), Problem> {
    let Some(location) = &service.sbcl.of_machine else {
        return Ok(());
    };
    Err(Problem::error(format!(
        "the service `{}`: its heap is a part of the memory of the machine that starts it, which a file cannot know",
        service.name
    ))
    .at(location.clone())
    .help("say how much memory it may use: `limits: {memory: 2GB}`, or name the size of the heap")
    .help("or let the tool start `lisplaunch run`, which looks: `--indirect`"))
}
