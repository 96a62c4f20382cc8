package dev.berth.cli.lab;

import dev.berth.lab.Measurement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The distribution measured by a `spread` step, with a bar for each socket.
final class SpreadPlot {
    private static final int WIDTH = 320;
    private static final int NAME_WIDTH = 104;
    private static final int BAR_WIDTH = 168;
    private static final int ROW = 18;
    private static final int BAR = 12;
    private static final int MARGIN = 4;

    /// The number of characters that fit before a bar.
    private static final int MOST = 14;

    private SpreadPlot() {}

    /// A bar's name and length.
    private record Bar(String name, int count) {}

    /// Whether the measurement is a distribution.
    static boolean fits(Measurement measurement) {
        return measurement.figures().containsKey("members") && !measurement.counts().isEmpty();
    }

    static void draw(Measurement measurement, Html html) {
        List<Bar> bars = bars(measurement);
        int total = bars.stream().mapToInt(Bar::count).sum();
        int most = Math.max(1, bars.stream().mapToInt(Bar::count).max().orElse(1));
        String caption = caption(measurement, total);
        html.open("figure", "class", "plot");
        String box = "0 0 " + WIDTH + " " + (bars.size() * ROW + MARGIN);
        html.open("svg", "viewBox", box, "role", "img", "aria-label", caption);
        for (int i = 0; i < bars.size(); i++) {
            html.open("rect", "x", "" + NAME_WIDTH, "y", "" + y(i));
            html.attribute("width", width(bars.get(i), most)).attribute("height", BAR).close();
        }
        mean((double) total / bars.size() / most, bars.size(), html);
        for (int i = 0; i < bars.size(); i++) {
            words(bars.get(i), y(i) + BAR - 2, width(bars.get(i), most), html);
        }
        html.close().open("figcaption").element("code", measurement.name());
        html.text(" " + caption).close().close().line();
    }

    /// All bars, including those of sockets that got nothing, whose names are unknown.
    private static List<Bar> bars(Measurement measurement) {
        List<Bar> bars = new ArrayList<>();
        measurement.counts().entrySet().stream()
                .map(entry -> new Bar(entry.getKey(), entry.getValue()))
                .sorted(
                        Comparator.<Bar>comparingInt(bar -> bar.name().length())
                                .thenComparing(Bar::name))
                .forEach(bars::add);
        int members = measurement.figures().getOrDefault("members", 0.0).intValue();
        while (bars.size() < members) {
            bars.add(new Bar("another", 0));
        }
        return bars;
    }

    private static int y(int bar) {
        return bar * ROW + MARGIN;
    }

    private static int width(Bar bar, int most) {
        return (int) Math.round((double) bar.count() * BAR_WIDTH / most);
    }

    /// Draws the labels, after the line of the mean, so that they cover it.
    private static void words(Bar bar, int y, int width, Html html) {
        String name = bar.name().length() > MOST ? bar.name().substring(0, MOST) + "…" : bar.name();
        String line = Integer.toString(y);
        html.element("text", name, "x", "" + (NAME_WIDTH - 6), "y", line, "text-anchor", "end");
        html.element("text", "" + bar.count(), "x", "" + (NAME_WIDTH + width + 5), "y", line);
    }

    private static void mean(double share, int bars, Html html) {
        String x = Long.toString(Math.round(NAME_WIDTH + share * BAR_WIDTH));
        html.open("line", "class", "mean", "x1", x, "x2", x);
        html.attribute("y1", 0).attribute("y2", bars * ROW + MARGIN).close();
    }

    private static String caption(Measurement measurement, int total) {
        Map<String, Double> figures = measurement.figures();
        List<String> words = new ArrayList<>();
        words.add(
                total + " answers of " + number(figures.getOrDefault("members", 0.0)) + " sockets");
        for (Map.Entry<String, String> figure :
                List.of(
                        Map.entry("lost", "lost"),
                        Map.entry("ratio", "max/mean"),
                        Map.entry("chi2", "chi-square"),
                        Map.entry("p", "p"),
                        Map.entry("moved", "moved"))) {
            double value = figures.getOrDefault(figure.getKey(), 0.0);
            boolean tell = !figure.getKey().equals("lost") || value > 0;
            if (tell && figures.containsKey(figure.getKey())) {
                words.add(figure.getValue() + " " + number(value));
            }
        }
        return String.join(", ", words);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
