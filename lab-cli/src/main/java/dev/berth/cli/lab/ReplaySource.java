package dev.berth.cli.lab;

import dev.berth.cli.command.CommandFailure;
import dev.berth.inspect.History;
import dev.berth.inspect.HistoryCorpus;
import dev.berth.inspect.HistoryGenerator;
import dev.berth.net.Protocol;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// The source of the histories for `berth lab replay`.
sealed interface ReplaySource {
    /// Passes on each item as soon as it is available.
    void each(Consumer<Item> consumer) throws IOException;

    /// An item that should be a history.
    ///
    /// @param where the place in the input, for messages
    /// @param note what the history shows; empty if unknown
    record Item(String where, Content content, String note) {}

    /// A history, or its text, which is parsed on demand: that may take as long as running it.
    @FunctionalInterface
    interface Content {
        /// The history.
        History history() throws BadHistoryException;
    }

    /// The lines of a file, or of standard input for `-`. Blank lines are skipped.
    record Lines(String name) implements ReplaySource {
        @Override
        public void each(Consumer<Item> consumer) throws IOException {
            try (var lines = new LineSource(open())) {
                int number = 0;
                for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                    number++;
                    String text = line.get();
                    if (!text.isBlank()) {
                        String where = "line " + number;
                        consumer.accept(new Item(where, () -> read(text), ""));
                    }
                }
            } catch (IOException failed) {
                String what = name.equals("-") ? "standard input" : name;
                throw new CommandFailure(
                        "cannot read " + what + ": " + failed.getMessage(), failed);
            }
        }

        private static History read(String line) throws BadHistoryException {
            if (line.length() > LineSource.MOST) {
                throw new BadHistoryException(
                        "", "longer than " + LineSource.MOST + " characters; a history is shorter");
            }
            return HistoryReader.read(line);
        }

        private InputStream open() throws IOException {
            return name.equals("-")
                    ? new FileInputStream(FileDescriptor.in)
                    : Files.newInputStream(Path.of(name));
        }
    }

    /// The histories that are built into Berth.
    record Corpus() implements ReplaySource {
        @Override
        public void each(Consumer<Item> consumer) {
            for (HistoryCorpus.Entry entry : HistoryCorpus.entries()) {
                String id = entry.history().id();
                consumer.accept(new Item(id, entry::history, entry.note()));
            }
        }
    }

    /// Random histories, TCP and UDP in turn; the same seed gives the same histories.
    record Random(int count, long seed, boolean uids) implements ReplaySource {
        @Override
        public void each(Consumer<Item> consumer) {
            var generator = new HistoryGenerator(new SplittableRandom(seed), uids);
            Protocol[] protocols = Protocol.values();
            for (int i = 0; i < count; i++) {
                History history = generator.next(protocols[i % protocols.length]);
                consumer.accept(new Item(history.id(), () -> history, ""));
            }
        }
    }
}
