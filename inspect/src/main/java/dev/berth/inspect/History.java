package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.List;

/// What happened on one port number, from the first socket on: steps that can be run on a kernel
/// ([HistoryRunner]) and through the rules ([HistoryModel]).
///
/// **Shape:** a line of text, see [HistoryText].
///
/// @param id for people
/// @param protocol of all its sockets
/// @param steps in order
public record History(String id, Protocol protocol, List<HistoryStep> steps) {
    public History {
        steps = List.copyOf(steps);
    }

    /// Whether it contains a socket with another uid than `uid`.
    boolean needsOtherUid(int uid) {
        return steps.stream()
                .anyMatch(
                        step ->
                                switch (step) {
                                    case HistoryStep.Open open -> open.uid() != uid;
                                    case HistoryStep.Change change ->
                                            change.uid().orElse(uid) != uid;
                                    case HistoryStep.Connect connect -> connect.acceptUid() != uid;
                                    case HistoryStep.Attach _,
                                            HistoryStep.Bind _,
                                            HistoryStep.Listen _,
                                            HistoryStep.Shutdown _,
                                            HistoryStep.Close _,
                                            HistoryStep.Peer _ ->
                                            false;
                                });
    }

    @Override
    public String toString() {
        return HistoryText.write(this);
    }
}
