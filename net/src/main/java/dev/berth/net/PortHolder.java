package dev.berth.net;

import dev.berth.sys.SockAddr;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/// Who holds a socket that occupies a port, for messages. If several processes share the socket, it
/// is the first of them.
///
/// @param pid the process; empty if none was found
/// @param command its command line, shortened and fit for a terminal; empty without a process
/// @param uid the socket's uid
/// @param address where the socket is bound
public record PortHolder(OptionalInt pid, String command, int uid, SockAddr.Inet address) {
    private static final int MOST_COMMAND = 100;

    /// The holder of the socket in `row`. Reads the command line of the first of `holders`.
    public static PortHolder of(SocketRow row, List<Holder> holders) {
        return of(row, holders, PortHolder::command);
    }

    /// The same with another way to name a process.
    ///
    /// @param commands the command line of a pid, shortened and fit for a terminal
    public static PortHolder of(SocketRow row, List<Holder> holders, IntFunction<String> commands) {
        if (holders.isEmpty()) {
            return new PortHolder(OptionalInt.empty(), "", row.uid(), row.local());
        }
        int pid = holders.getFirst().pid();
        return new PortHolder(OptionalInt.of(pid), commands.apply(pid), row.uid(), row.local());
    }

    /// The form in which every message names a process: `pid 12 (nginx)`.
    ///
    /// @param command its command line, shortened and fit for a terminal
    public static String process(int pid, String command) {
        return "pid " + pid + " (" + command + ")";
    }

    private static String command(int pid) {
        return CommandText.shortened(ProcessList.command(pid), MOST_COMMAND);
    }

    /// `pid 12 (nginx)`, or `a process with uid 33`.
    public String who() {
        return pid.isPresent() ? process(pid.getAsInt(), command) : "a process with uid " + uid;
    }

    /// `pid 12 (nginx) on 0.0.0.0:80`.
    @Override
    public String toString() {
        return who() + " on " + address;
    }
}
