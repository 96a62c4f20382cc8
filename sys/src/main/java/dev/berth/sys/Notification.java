package dev.berth.sys;

import java.util.List;

/// A system call that waits for the answer of a seccomp listener.
///
/// - `id`: what the answer names
/// - `tid`: the thread that made the call, which need not lead its process
/// - `syscall`: its number on this machine, see [Syscall#number()]
/// - `arguments`: all six, of which the call may use fewer; an address is one in that process
public record Notification(long id, int tid, int syscall, List<Long> arguments) {

    public Notification {
        arguments = List.copyOf(arguments);
        if (arguments.size() != SeccompLayouts.ARGUMENTS) {
            throw new IllegalArgumentException("arguments must be 6: " + arguments.size());
        }
    }

    /// Whether it is this call.
    public boolean is(Syscall call) {
        return syscall == call.number();
    }

    /// An argument, from 0, as a C `int`.
    public int intArgument(int index) {
        return arguments.get(index).intValue();
    }

    /// An argument, from 0.
    public long argument(int index) {
        return arguments.get(index);
    }
}
