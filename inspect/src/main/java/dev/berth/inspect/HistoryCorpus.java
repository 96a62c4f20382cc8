package dev.berth.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The histories that come with Berth: each shows one rule of bind(2) and listen(2), or one thing
/// that the kernel remembers. The expected answers are not written down: the model predicts them,
/// and a kernel is asked.
///
/// **Shape:** the file: a line `# NOTE`, the history's line ([HistoryText]) below it, and so on.
public final class HistoryCorpus {
    private static final String FILE = "corpus.txt";
    private static final String NOTE = "# ";

    private HistoryCorpus() {}

    /// A history and what it shows.
    public record Entry(History history, String note) {}

    /// All entries, in the order of the file.
    public static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        String note = "";
        for (String line : lines()) {
            if (line.startsWith(NOTE)) {
                note = line.substring(NOTE.length());
            } else if (!line.isBlank()) {
                entries.add(new Entry(HistoryText.parse(line), note));
            }
        }
        return entries;
    }

    static List<History> histories() {
        return entries().stream().map(Entry::history).toList();
    }

    private static List<String> lines() {
        try (InputStream in = HistoryCorpus.class.getResourceAsStream(FILE)) {
            InputStream found = Objects.requireNonNull(in, FILE);
            return new BufferedReader(new InputStreamReader(found, UTF_8)).readAllLines();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
