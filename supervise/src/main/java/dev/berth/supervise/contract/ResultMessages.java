package dev.berth.supervise.contract;

import java.util.List;
import java.util.stream.Collectors;

/// The sentences that users read about the results of requests.
final class ResultMessages {
    private ResultMessages() {}

    static String of(RequestResult result) {
        return switch (result) {
            case RequestResult.Done done -> done(done);
            case RequestResult.Failed failed -> failed(failed);
            case RequestResult.Several(List<RequestResult> all) ->
                    all.stream()
                            .map(RequestResult::text)
                            .distinct()
                            .collect(Collectors.joining("; "));
        };
    }

    private static String done(RequestResult.Done done) {
        return switch (done) {
            case RequestResult.Rolled rolled -> rolled(rolled);
            case RequestResult.Scaled(int from, int to) -> "scaled from " + from + " to " + to;
            case RequestResult.Drained(int slot, RequestResult.DrainedState state) ->
                    "slot "
                            + slot
                            + switch (state) {
                                case ALREADY -> " is already drained";
                                case QUIET -> " is drained: none of its connections is busy";
                                case OPEN -> " gets no new connections; some are still open";
                            };
            case RequestResult.Undrained(int slot, boolean ready) ->
                    "slot "
                            + slot
                            + (ready
                                    ? " is in service"
                                    : " will be in service once its worker is ready");
            case RequestResult.Steered(Policy policy) ->
                    "steered by " + policy.word() + " from now on";
            case RequestResult.Shed(boolean shed) ->
                    shed
                            ? "new connections are refused; open ones continue"
                            : "new connections are accepted again";
            case RequestResult.Stopped() -> "stopped";
        };
    }

    private static String rolled(RequestResult.Rolled rolled) {
        StringBuilder text = new StringBuilder("rolled " + UserMessages.count(rolled.slots()));
        rolled.unfinished().forEach(left -> text.append('\n').append(UserMessages.of(left)));
        if (!rolled.apart().isEmpty()) {
            text.append(partly(rolled.apart(), "command")).append(", the others do not");
        }
        return text.toString();
    }

    private static String partly(List<Integer> slots, String what) {
        return "\npartially rolled: slots " + slots + " run the new " + what;
    }

    private static String failed(RequestResult.Failed failed) {
        return switch (failed) {
            case RequestResult.TooManyWorkers(int requested, int most) ->
                    "at most " + most + " workers: requested " + requested;
            case RequestResult.NoneLeft(int slots) ->
                    "no worker would be left in service: no slot below "
                            + slots
                            + " is in service; see berth status";
            case RequestResult.NoSuchSlot(int slot, int slots) ->
                    "no slot " + slot + ": there are slots 0 to " + (slots - 1);
            case RequestResult.NoReadyWorker(int slot) -> "slot " + slot + " has no ready worker";
            case RequestResult.OnlySlot(int slot) ->
                    "slot "
                            + slot
                            + " is the only slot in service; draining it would leave no worker:"
                            + " scale up first, or stop";
            case RequestResult.Busy(String verb) ->
                    "a "
                            + verb
                            + " is in progress; try again when it is over (berth status shows it)";
            case RequestResult.Interrupted() ->
                    "the supervisor was stopped before this was finished";
            case RequestResult.Killed() -> "stop was requested again: killed what was left";
            case RequestResult.Stopping(String name) -> name + " is stopping";
            case RequestResult.Impossible(String why) -> why;
            case RequestResult.ScaleUndone(WorkerFailure failure, int slots) ->
                    UserMessages.of(failure) + "\nstays at " + slots + " workers";
            case RequestResult.DrainLost(WorkerFailure failure, int slot) ->
                    "%s\nslot %s stays drained until you undrain it"
                            .formatted(UserMessages.of(failure), slot);
            case RequestResult.RolledBack(WorkerFailure failure) ->
                    UserMessages.of(failure) + "\nrolled back";
            case RequestResult.RollbackFailed(
                            WorkerFailure first,
                            WorkerFailure then,
                            List<Integer> apart) ->
                    UserMessages.of(first)
                            + "\nrolling back failed too: "
                            + UserMessages.of(then)
                            + (apart.isEmpty() ? "" : partly(apart, "command"));
            case RequestResult.RollFailed rolled ->
                    UserMessages.of(rolled.failure()) + consequence(rolled);
        };
    }

    /// What is in service.
    private static String consequence(RequestResult.RollFailed failed) {
        String empty =
                failed.inService()
                        ? ""
                        : "\nslot "
                                + failed.slot()
                                + " has no worker in service; it will be restarted";
        if (failed.replaced().isEmpty()) {
            return failed.inService() ? "\nthe old generation serves on" : empty + " as before";
        }
        String rest =
                failed.old().isEmpty()
                        ? "no slot runs the old generation any more"
                        : "slots " + failed.old() + " still run the old one";
        return empty + partly(failed.replaced(), "generation") + ", " + rest;
    }
}
