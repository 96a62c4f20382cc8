package dev.berth.sys;

import java.util.List;

/// A system call that waits for the answer of a seccomp listener.
///
/// @param id identifies the call in the answer
/// @param tid the thread that made the call, which need not be its process's main thread
/// @param syscall its number on this machine, see [Syscall#number()]
/// @param arguments all six, of which the call may use fewer; addresses are those of that process
public record Notification(long id, int tid, int syscall, List<Long> arguments) {

    public Notification {
        arguments = List.copyOf(arguments);
        if (arguments.size() != SeccompLayouts.ARGUMENTS) {
            throw new IllegalArgumentException("arguments must be 6: " + arguments.size());
        }
    }

    /// Whether the call is this one.
    public boolean is(Syscall call) {
        return syscall == call.number();
    }

    /// The argument at `index` (from 0) as a C `int`.
    public int intArgument(int index) {
        return arguments.get(index).intValue();
    }

    /// The argument at `index` (from 0).
    public long argument(int index) {
        return arguments.get(index);
    }
}
