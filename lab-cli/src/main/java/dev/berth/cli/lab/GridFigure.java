package dev.berth.cli.lab;

import dev.berth.lab.Grid;

import java.util.List;

/// A grid as a table of coloured cells. Each cell has its sign, and a legend in words is below.
final class GridFigure {
    private GridFigure() {}

    static void draw(Grid grid, Html html) {
        html.open("figure", "class", "grid").element("figcaption", grid.title());
        html.open("div", "class", "wide").open("table");
        head(grid, html);
        html.open("tbody");
        grid.rows().forEach(row -> row(grid, row, html));
        html.close().close().close();
        html.open("ul", "class", "legend");
        grid.legend().forEach(line -> html.element("li", line));
        html.close().close().line();
    }

    private static void head(Grid grid, Html html) {
        html.open("thead");
        if (grid.groups().size() > 1) {
            html.open("tr").element("td", "");
            String span = Integer.toString(grid.columns().size());
            for (String group : grid.groups()) {
                html.element("th", group, "colspan", span, "scope", "colgroup", "class", "first");
            }
            html.close();
        }
        html.open("tr").element("td", "");
        for (int i = 0; i < grid.groups().size() * grid.columns().size(); i++) {
            String name = grid.columns().get(i % grid.columns().size());
            html.element("th", name, "scope", "col", "class", edge(grid, i));
        }
        html.close().close();
    }

    private static void row(Grid grid, Grid.Row row, Html html) {
        html.open("tr").element("th", row.name(), "scope", "row");
        List<Grid.Cell> cells = row.cells();
        for (int i = 0; i < cells.size(); i++) {
            Grid.Cell cell = cells.get(i);
            String sign = cell.differs() ? cell.kernel() + "!" + cell.predicted() : cell.kernel();
            html.element("td", sign, "class", colour(cell) + " " + edge(grid, i));
        }
        html.close().line();
    }

    /// Groups of columns are set apart.
    private static String edge(Grid grid, int column) {
        return column % grid.columns().size() == 0 ? "first" : "further";
    }

    private static String colour(Grid.Cell cell) {
        if (cell.differs()) {
            return "differs";
        }
        return switch (cell.kernel()) {
            case "." -> "yes";
            case "X" -> "no";
            case "L" -> "late";
            case "1" -> "one";
            case "2" -> "two";
            case "=", "+" -> "both";
            default -> "other";
        };
    }
}
