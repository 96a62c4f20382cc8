package dev.berth.supervise.contract;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The status of a supervisor at one moment. What cannot be observed is empty.
///
/// @param steer policy and mechanism: `round-robin (ebpf)`, `hash (classic bpf)`, `hash (kernel)`
/// @param fallbacks connections or datagrams that the kernel's own hash distributed because the
///   socket that the table named had left the group
/// @param shed whether new connections are refused even if workers are ready
/// @param operation the verb in progress
/// @param notes what an operator should know, a sentence each: crash loops, refused clients, weak
///   adoption
public record Status(
        String name,
        int pid,
        String steer,
        OptionalLong fallbacks,
        boolean shed,
        String adopt,
        Command command,
        List<String> listen,
        Optional<String> operation,
        List<ForeignSocket> foreignSockets,
        List<SlotStatus> slots,
        List<String> notes) {
    /// The same, with `more` notes added.
    public Status withNotes(List<String> more) {
        List<String> all = Stream.concat(notes.stream(), more.stream()).toList();
        return new Status(
                name,
                pid,
                steer,
                fallbacks,
                shed,
                adopt,
                command,
                listen,
                operation,
                foreignSockets,
                slots,
                all);
    }

    /// A foreign socket: one that is a member of a group but not ours, or one that takes
    /// connections away from a group.
    public record ForeignSocket(
            String listen, OptionalInt pid, String command, long inode, String effect) {}

    /// One slot.
    ///
    /// @param pid of the worker in service
    /// @param stalled whether connections wait that the worker does not accept
    public record SlotStatus(
            int slot,
            String state,
            OptionalInt pid,
            int generation,
            int restarts,
            Instant since,
            String lastFailure,
            boolean stalled,
            List<WorkerStatus> workers,
            List<SocketStatus> sockets) {}

    /// One worker.
    ///
    /// @param connections open connections of the worker and all the processes that it started
    public record WorkerStatus(int pid, int generation, String state, OptionalInt connections) {}

    /// One socket.
    ///
    /// @param inode identifies it; empty if several workers share it
    /// @param queue connections that wait to be accepted
    /// @param drops connections (datagrams) lost because the queue was full
    /// @param steered connections that the table sent here
    /// @param share the part of the new connections to the address that the table sends here at
    ///   present, from 0 to 1; empty if no table decides
    public record SocketStatus(
            String listen,
            int generation,
            OptionalLong inode,
            OptionalInt queue,
            OptionalInt backlog,
            OptionalLong drops,
            OptionalLong steered,
            OptionalDouble share) {}
}
