package dev.berth.supervise.lifecycle;

/// What the operation in progress does with a slot, as far as the steps of the slot's workers
/// depend on it.
enum Involvement {
    /// No operation is in progress.
    IDLE,
    /// An operation is in progress, but it does not replace the worker of this slot.
    OTHER,
    /// The slots get their first workers.
    FIRST_START,
    /// A roll replaces the worker of this slot.
    REPLACED,
    /// A roll that failed brings the previous command back to this slot.
    BROUGHT_BACK;

    /// Whether a roll starts the worker of this slot.
    boolean rolls() {
        return this == REPLACED || this == BROUGHT_BACK;
    }
}
