package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A change in progress. There is one at a time; stopping ends any other.
public sealed interface Operation {
    /// The ticket of an operation whose answer nobody waits for.
    long NOBODY = -1;

    /// The ticket that is answered when the operation is over.
    long ticket();

    /// The verb, as users type it.
    String verb();

    /// The first start of all slots.
    record Start() implements Operation {
        @Override
        public long ticket() {
            return NOBODY;
        }

        @Override
        public String verb() {
            return "start";
        }
    }

    /// A rolling restart.
    ///
    /// @param proposed the new command, if there is one; the old one while rolling back
    /// @param pending slots still to do, in order
    /// @param current the slot in progress
    /// @param done slots replaced so far
    /// @param failure why it is being rolled back; empty while all goes well
    /// @param undone what old workers left unfinished when they were stopped, for users
    /// @param newAddresses whether the new workers may listen on fewer or other addresses
    record Roll(
            long ticket,
            Optional<Command> proposed,
            List<Integer> pending,
            OptionalInt current,
            List<Integer> done,
            String failure,
            List<String> undone,
            boolean newAddresses)
            implements Operation {
        public Roll {
            pending = List.copyOf(pending);
            done = List.copyOf(done);
            undone = List.copyOf(undone);
        }

        @Override
        public String verb() {
            return "roll";
        }

        boolean reverting() {
            return !failure.isEmpty();
        }

        Roll starting(int slot) {
            List<Integer> rest = pending.stream().filter(other -> other != slot).toList();
            return new Roll(
                    ticket,
                    proposed,
                    rest,
                    OptionalInt.of(slot),
                    done,
                    failure,
                    undone,
                    newAddresses);
        }

        Roll finished(int slot) {
            List<Integer> more = new java.util.ArrayList<>(done);
            more.add(slot);
            return new Roll(
                    ticket,
                    proposed,
                    pending,
                    OptionalInt.empty(),
                    more,
                    failure,
                    undone,
                    newAddresses);
        }

        Roll reverting(Command previous, String why) {
            List<Integer> back = done.reversed();
            return new Roll(
                    ticket,
                    Optional.of(previous),
                    back,
                    OptionalInt.empty(),
                    List.of(),
                    why,
                    undone,
                    newAddresses);
        }

        Roll leaving(String what) {
            List<String> more = new java.util.ArrayList<>(undone);
            more.add(what);
            return new Roll(ticket, proposed, pending, current, done, failure, more, newAddresses);
        }
    }

    /// More slots, or fewer.
    ///
    /// @param failure why it is being undone; empty while all goes well
    record Scale(long ticket, int from, int to, String failure) implements Operation {
        @Override
        public String verb() {
            return "scale";
        }
    }

    /// Waiting until a drained slot is quiet, or until `deadline`.
    record DrainSlot(long ticket, int slot, long deadline) implements Operation {
        @Override
        public String verb() {
            return "drain";
        }
    }

    /// The end of everything.
    ///
    /// @param times how often it was requested
    record Stop(long ticket, int times, int code) implements Operation {
        @Override
        public String verb() {
            return "stop";
        }
    }
}
